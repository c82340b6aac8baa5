import { describe, expect, it } from 'vitest';
import { courseOfCircle, courseOfShape, pathAcross, pathOfCourse, placeOnCourse } from './map-course.js';
import { carsWithNumber } from './map-numbers.js';

/** A square, driven counterclockwise from its bottom right corner, with a point at each corner. */
const SQUARE = [500, -500, 500, 500, -500, 500, -500, -500];

describe('the course of a map', () => {
  it('is the shape of the track in a square, with y up', () => {
    const course = courseOfShape(SQUARE, 400, 50);
    expect(course[0]).toEqual({ x: 350, y: 350 });
    expect(course[1]).toEqual({ x: 350, y: 50 });
    expect(pathOfCourse(course)).toBe('M350.0 350.0L350.0 50.0L50.0 50.0L50.0 350.0Z');
  });

  it('has each part of the lap between two points, also from the last to the first', () => {
    const course = courseOfShape(SQUARE, 400, 50);
    expect(placeOnCourse(course, 0.125)).toEqual({ x: 350, y: 200 });
    expect(placeOnCourse(course, 1.125)).toEqual({ x: 350, y: 200 });
    expect(placeOnCourse(course, 0.875)).toEqual({ x: 200, y: 350 });
  });

  it('knows its inner side, whichever way it is driven', () => {
    const long = (corners: readonly number[]) =>
      Array.from({ length: 40 }, (_, i) => {
        const [from, to] = [Math.floor(i / 10), (Math.floor(i / 10) + 1) % 4];
        const at = (corner: number, axis: number) => corners[corner * 2 + axis] ?? 0;
        return [0, 1].map((axis) => at(from, axis) + ((at(to, axis) - at(from, axis)) * (i % 10)) / 10);
      }).flat();
    const left = courseOfShape(long(SQUARE), 400, 50);
    const right = courseOfShape(long([-500, -500, -500, 500, 500, 500, 500, -500]), 400, 50);
    expect(placeOnCourse(left, 0.125, 20).x).toBeCloseTo(330);
    expect(placeOnCourse(right, 0.125, 20).x).toBeCloseTo(70);
    expect(pathAcross(left, 0.125, 20)).toBe('M330.0 200.0L370.0 200.0');
  });

  it('is a circle with the line on top where no shape is known', () => {
    const course = courseOfCircle(448, 39);
    expect(placeOnCourse(course, 0)).toEqual({ x: 224, y: 39 });
    expect(placeOnCourse(course, 0.25)).toMatchObject({ x: 409, y: expect.closeTo(224) });
    expect(placeOnCourse(course, 0.5, 40).y).toBeCloseTo(369, 1);
  });
});

describe('the numbers on a map', () => {
  const place = (car: number, x: number, carNumber = String(car)) => ({ car, carNumber, x, y: 0 });
  const none = new Set<number>();

  it('are those of cars that have room, the more important first', () => {
    expect(carsWithNumber([place(7, 100), place(1, 110), place(2, 140), place(3, 165)], none)).toEqual(new Set([7, 2]));
  });

  it('need more room the longer they are, and none beside another on the way up', () => {
    expect(carsWithNumber([place(7, 100, '1024'), place(1, 135)], none)).toEqual(new Set([7]));
    expect(carsWithNumber([place(7, 100, '1024'), place(1, 145)], none)).toEqual(new Set([7, 1]));
    expect(carsWithNumber([place(7, 100), { ...place(1, 100), y: 40 }], none)).toEqual(new Set([7, 1]));
  });

  it('stay a little longer than it takes to come', () => {
    const cars = [place(7, 100), place(1, 129)];
    expect(carsWithNumber(cars, none)).toEqual(new Set([7]));
    expect(carsWithNumber(cars, new Set([7, 1]))).toEqual(new Set([7, 1]));
    expect(carsWithNumber([place(7, 100), place(1, 124)], new Set([7, 1]))).toEqual(new Set([7]));
  });
});
